/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_STATUS_H
#define KH_CORE_BASE_STATUS_H

/** Status codes, and the error that a failing call leaves with its caller.
 *
 *  Three moves only:
 *    return kh_fail(err, KH_ERANGE, "loss_db is %g, must be in [0, 200]", x);   where it happens
 *    KH_TRY(call);                                                           pass it on unchanged
 *    return kh_while(err, status, "link '%s'", id);      where a name is known that the reader knows
 *
 *  Every function that can fail ends in `kh_error *err` and returns kh_status. `err` may be NULL.
 *  On failure the outputs are as they were before the call.
 */

/* name, exit status of the program, text */
#define KH_STATUS_LIST(X)                                                                                                          \
    X(OK, 0, "done")                                                                                                               \
    X(UNMET, 1, "a requirement is not met")                                                                                        \
    X(EUSAGE, 64, "wrong use of the command line")                                                                                 \
    X(EDATA, 65, "the input has errors")                                                                                           \
    X(ERANGE, 65, "a value is outside its range")                                                                                  \
    X(ENOINPUT, 66, "an input cannot be opened or read")                                                                           \
    X(EINTERNAL, 70, "internal error, please report it")                                                                           \
    X(ENOMEM, 70, "out of memory")                                                                                                 \
    X(ELIMIT, 65, "the input exceeds a limit of size")                                                                             \
    X(EWRITE, 73, "an output cannot be written")                                                                                   \
    X(EINTERRUPTED, 75, "interrupted, can be resumed")                                                                             \
    X(INFEASIBLE, 1, "no solution satisfies the problem")                                                                          \
    X(TIMELIMIT, 1, "time limit reached before the end")

typedef enum kh_status {
#define X(name, exit_status, text) KH_##name,
    KH_STATUS_LIST(X)
#undef X
        KH_STATUS_COUNT
} kh_status;

/** An error by value: what went wrong with its numbers, and the steps that led there (outermost first). */
typedef struct kh_error {
    kh_status status;   /**< KH_OK when nothing failed */
    char message[400];  /**< what happened, values included */
    char steps[400];    /**< "rates of 'x.yaml': link 'A-B': " or "" */
    const char *c_file; /**< where in Keyhaul's source it was raised, for bug reports */
    int c_line;
} kh_error;

/** Records a failure and returns @p status. Use through the macro kh_fail(). */
kh_status kh_fail_at(kh_error *err, const char *c_file, int c_line, kh_status status, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
#ifdef __clang_analyzer__ /* it sees one file at a time: tell it what comes back */
#define kh_fail(err, status, ...) (kh_fail_at((err), __FILE__, __LINE__, (status), __VA_ARGS__), (status))
#else
#define kh_fail(err, status, ...) kh_fail_at((err), __FILE__, __LINE__, (status), __VA_ARGS__)
#endif

/** Puts one step in front of those already there; returns @p status unchanged. Nothing happens for KH_OK. */
kh_status kh_while(kh_error *err, kh_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Passes a failure on unchanged. */
#define KH_TRY(call)                                                                                                               \
    do {                                                                                                                           \
        kh_status kh_try_status_ = (call);                                                                                         \
        if (kh_try_status_ != KH_OK)                                                                                               \
            return kh_try_status_;                                                                                                 \
    } while (0)

/** @return the code's name without the prefix, such as "ERANGE"; "?" for a value that is no code. */
const char *kh_status_name(kh_status status);
/** @return a short sentence for the code. */
const char *kh_status_text(kh_status status);
/** @return the exit status of the program for the code (sysexits.h values, see README). */
int kh_status_exit(kh_status status);

#endif
