/* --allow and --deny. SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FILTER_H
#define CLI_FILTER_H

#include "cli/options.h"

#include "movinet/movinet.h"

/** Opens a filter that denies and allows what the lists say: labels, numbers, patterns, or
 * @FILE, which means the labels in it, one a line. False after a complaint; *out is then to be
 * closed all the same. */
bool open_filter(movinet_filter **out, const movinet_model *model, const text_list *deny,
                 const text_list *allow);

#endif
