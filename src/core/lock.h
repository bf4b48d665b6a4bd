/* A mutex, or nothing where there is one thread. SPDX-License-Identifier: Apache-2.0 */
#ifndef MV_CORE_LOCK_H
#define MV_CORE_LOCK_H

#if defined(MOVINET_ONE_THREAD)

typedef struct mv_lock {
    char unused;
} mv_lock;

static inline void mv_lock_init(mv_lock *lock)
{
    (void)lock;
}

static inline void mv_lock_take(mv_lock *lock)
{
    (void)lock;
}

static inline void mv_lock_give(mv_lock *lock)
{
    (void)lock;
}

static inline void mv_lock_end(mv_lock *lock)
{
    (void)lock;
}

#else

#include <pthread.h>

typedef struct mv_lock {
    pthread_mutex_t mutex;
} mv_lock;

static inline void mv_lock_init(mv_lock *lock)
{
    pthread_mutex_init(&lock->mutex, NULL);
}

static inline void mv_lock_take(mv_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

static inline void mv_lock_give(mv_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}

static inline void mv_lock_end(mv_lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

#endif

#endif
