/* HTTP with libcurl, into a file that an earlier try may have begun.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo/pull_parts.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>
#include <unistd.h>

enum {
    CONNECT_SECONDS = 30,
    STALL_SECONDS = 60, ///< give up after so long without a byte
    REDIRECTS = 10,
};

typedef struct transfer {
    mvz_download *download;
    CURL *curl;
    uint64_t asked_from;  ///< first byte that was asked for; 0: all
    bool has_range;       ///< of the present response: a Content-Range header came,
    uint64_t range_start; ///< with this first byte
    uint64_t range_total; ///< and this size of the whole; 0: not told
    bool begun;           ///< body bytes have come
    bool range_is_off;    ///< the server sent other bytes than those asked for
    bool too_large;
    int write_errno;
} transfer;

/* One header line at a time; a new status line begins another response. */
static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    transfer *t = user;
    size_t n = size * count;
    char text[128];
    if (n >= 5 && strncasecmp(line, "HTTP/", 5) == 0) {
        t->has_range = false;
        t->range_total = 0;
    }
    if (n >= 14 && n < sizeof text && strncasecmp(line, "Content-Range:", 14) == 0) {
        memcpy(text, line, n);
        text[n] = '\0';
        uint64_t first, last, total;
        int fields = sscanf(text + 14, " bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64, &first, &last,
                            &total);
        if (fields >= 2) {
            t->has_range = true;
            t->range_start = first;
            t->range_total = fields == 3 ? total : 0;
        } else if (sscanf(text + 14, " bytes */%" SCNu64, &total) == 1) {
            t->range_total = total;
        }
    }
    return n;
}

/* Decides at the first byte of the body whether it goes on from what is there
 * or begins anew, because the server passed over the range. */
static bool begin_body(transfer *t)
{
    mvz_download *d = t->download;
    long code = 0;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
    t->begun = true;
    if (t->asked_from && code == 206) {
        t->range_is_off = !t->has_range || t->range_start != t->asked_from;
        d->continued = !t->range_is_off;
        return d->continued;
    }
    if (ftruncate(d->fd, 0) != 0 || lseek(d->fd, 0, SEEK_SET) != 0) {
        t->write_errno = errno;
        return false;
    }
    d->bytes = 0;
    return true;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    transfer *t = user;
    mvz_download *d = t->download;
    size_t n = size * count, done = 0;
    if (!t->begun && !begin_body(t))
        return 0;
    t->too_large = n > MVZ_ARCHIVE_LIMIT - d->bytes;
    if (t->too_large)
        return 0;
    while (done < n) {
        ssize_t written = write(d->fd, bytes + done, n - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            t->write_errno = written < 0 ? errno : ENOSPC;
            return 0;
        }
        done += (size_t)written;
        d->bytes += (uint64_t)written;
    }
    return n;
}

static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    transfer *t = user;
    (void)up_total, (void)up_now;
    uint64_t before = t->begun && t->download->continued ? t->asked_from : 0;
    uint64_t whole = t->begun && total > 0 ? before + (uint64_t)total : 0;
    uint64_t done = t->begun ? before + (uint64_t)now : t->download->bytes;
    return !t->download->progress(t->download->user, done, whole);
}

static void set_up(transfer *t, char *reason)
{
    mvz_download *d = t->download;
    CURL *c = t->curl;
    const char *schemes = d->allow_http ? "http,https" : "https";
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_URL, d->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, schemes);
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "movinet");
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    if (d->progress) {
        curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
    }
    /* CURLOPT_RANGE, not CURLOPT_RESUME_FROM: with that one libcurl fails where
     * a server passes over the range, and we would rather begin anew. */
    if (t->asked_from) {
        char range[32];
        snprintf(range, sizeof range, "%" PRIu64 "-", t->asked_from);
        curl_easy_setopt(c, CURLOPT_RANGE, range);
    }
}

static movinet_status explain(const transfer *t, CURLcode code, const char *reason,
                              movinet_error *err)
{
    const mvz_download *d = t->download;
    char kept[96] = "";
    if (d->bytes)
        snprintf(kept, sizeof kept, "; the first %" PRIu64 " bytes are kept, pull again to go on",
                 d->bytes);
    if (t->write_errno)
        return mv_fail(err, MOVINET_ERR_IO, "the download could not be written: %s",
                       strerror(t->write_errno));
    if (t->too_large)
        return mv_fail(err, MOVINET_ERR_FORMAT, "%.300s: larger than any model (%" PRIu64 " bytes)",
                       d->url, MVZ_ARCHIVE_LIMIT);
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return mv_fail(err, MOVINET_ERR_CANCELLED, "download cancelled%s", kept);
    if (code == CURLE_OUT_OF_MEMORY)
        return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory while downloading");
    if (code == CURLE_HTTP_RETURNED_ERROR) {
        long http = 0;
        curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &http);
        return mv_fail(err, MOVINET_ERR_NETWORK, "%.300s: the server answers with HTTP status %ld",
                       d->url, http);
    }
    return mv_fail(err, MOVINET_ERR_NETWORK, "%.200s: %.120s%s", d->url,
                   *reason ? reason : curl_easy_strerror(code), kept);
}

/* One request. `*anew` is set where what is in the file is of no use and it has
 * to be fetched from its first byte. */
static movinet_status request(transfer *t, bool *anew, movinet_error *err)
{
    mvz_download *d = t->download;
    char reason[CURL_ERROR_SIZE] = "";
    off_t size = lseek(d->fd, 0, SEEK_END);
    if (size < 0)
        return mv_fail(err, MOVINET_ERR_IO, "the begun download: %s", strerror(errno));
    *t = (transfer){.download = d, .curl = t->curl, .asked_from = (uint64_t)size};
    d->bytes = (uint64_t)size;
    d->continued = false;
    set_up(t, reason);
    CURLcode code = curl_easy_perform(t->curl);
    long http = 0;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &http);
    if (code == CURLE_HTTP_RETURNED_ERROR && http == 416 && t->asked_from) {
        /* Nothing comes behind what is there: all of it, or of another file. */
        d->continued = true;
        *anew = t->range_total != d->bytes;
        return MOVINET_OK;
    }
    *anew = t->range_is_off;
    return code == CURLE_OK || *anew ? MOVINET_OK : explain(t, code, reason, err);
}

movinet_status mvz_fetch(mvz_download *download, movinet_error *err)
{
    transfer t = {.download = download, .curl = curl_easy_init()};
    bool anew = false;
    if (!t.curl)
        return mv_fail(err, MOVINET_ERR_MEMORY, "libcurl could not be started");
    movinet_status status = request(&t, &anew, err);
    if (!status && anew) {
        if (ftruncate(download->fd, 0) == 0)
            status = request(&t, &anew, err);
        else
            status = mv_fail(err, MOVINET_ERR_IO, "the begun download: %s", strerror(errno));
    }
    curl_easy_cleanup(t.curl);
    return status;
}
