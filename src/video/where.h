/* What a source's name means. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_VIDEO_WHERE_H
#define MV_VIDEO_WHERE_H

#include "core/error.h"

/** The name of the first camera that can be used. */
#define MVV_FIRST_CAMERA "camera"

#endif
