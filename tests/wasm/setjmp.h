/* WebAssembly has no setjmp; tests include this for cmocka's sake alone.
 * SPDX-License-Identifier: Apache-2.0 */
