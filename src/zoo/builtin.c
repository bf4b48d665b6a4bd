/* Models inside the library: the project's own, of models/, as tools/embed makes arrays of
 * them. SPDX-License-Identifier: Apache-2.0 */
#include "zoo/builtin.h"

#include <string.h>

#ifdef MOVINET_HAVE_CAMERA_MOTION
#include "zoo/camera-motion.h" /* made by the build */
#endif

static const struct {
    movinet_builtin is;
    const char *bytes;
} builtins[] = {
#ifdef MOVINET_HAVE_CAMERA_MOTION
    {{"camera-motion", "how the camera moves", "builtin:camera-motion",
      camera_motion_bytes},
     camera_motion},
#endif
    {{NULL, NULL, NULL, 0}, NULL},
};

enum { COUNT = sizeof builtins / sizeof *builtins - 1 };

const movinet_builtin *movinet_builtin_get(int index)
{
    return index >= 0 && index < COUNT ? &builtins[index].is : NULL;
}

const void *mvz_builtin_bytes(int index)
{
    return builtins[index].bytes;
}

int mvz_builtin_find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(name, builtins[i].is.name) == 0 || strcmp(name, builtins[i].is.path) == 0)
            return i;
    return -1;
}
