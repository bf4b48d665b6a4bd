/* Whether this build has a sanitizer inside, which makes all slower.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_TESTS_SUPPORT_SANITIZED_H
#define MV_TESTS_SUPPORT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#endif
