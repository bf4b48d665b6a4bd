/* Ctrl-C: the first asks the running verb to finish, the second ends the process.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

void catch_interrupts(void);
bool was_interrupted(void);

#endif
