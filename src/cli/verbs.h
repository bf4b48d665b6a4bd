/* The verbs, one file each. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/options.h"

extern const verb verb_annotate;
extern const verb verb_bench;
extern const verb verb_cameras;
extern const verb verb_classify;
extern const verb verb_compare;
extern const verb verb_evaluate;
extern const verb verb_inspect;
extern const verb verb_live;
extern const verb verb_models;
extern const verb verb_new;
extern const verb verb_pull;
extern const verb verb_quantize;
extern const verb verb_train;

#endif
