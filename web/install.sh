#!/bin/sh
# install.sh STAMP FOLDER FILE...: copies the files into the folder. SPDX-License-Identifier: Apache-2.0
set -e
stamp=$1 folder=$2
shift 2
cp "$@" "$folder/"
touch "$stamp"
