/* What a job answers of itself. */

#include "base/print.h"
#include "job/state.h"

const uint8_t *cut_job_pixels(const cut_job *job)
{
    return job->state == CUT_COMPOSED ? job->image.px : NULL;
}

const uint8_t *cut_job_alpha(const cut_job *job)
{
    return job->alpha;
}

const uint8_t *cut_job_bytes(const cut_job *job)
{
    return job->file.data;
}

uint32_t cut_job_bytes_size(const cut_job *job)
{
    return (uint32_t)job->file.size;
}

uint32_t cut_job_in_w(const cut_job *job)
{
    return (uint32_t)job->in_w;
}

uint32_t cut_job_in_h(const cut_job *job)
{
    return (uint32_t)job->in_h;
}

uint32_t cut_job_out_w(const cut_job *job)
{
    return (uint32_t)job->out_w;
}

uint32_t cut_job_out_h(const cut_job *job)
{
    return (uint32_t)job->out_h;
}

uint32_t cut_job_quality(const cut_job *job)
{
    return (uint32_t)job->options.quality;
}

/* A share as a count of ten thousandths: there is no text of floats here. */
static int parts(float share)
{
    return (int)(share * 10000.0f + 0.5f);
}

/* How large the photo lies on the result, to four places, and the head. */
static void report_place(char *out, size_t size, const cut_job *job)
{
    const cut_place *at = &job->rendering.view.layout.place;
    const cut_head *head = &job->rendering.head;
    int scale = parts(at->scale);
    char said[40] = "null";
    if (head->chin)
        cut_print(said, sizeof said, "[%d,%d,%d]",
                  (int)(at->x + (float)head->x * at->scale),
                  (int)(at->y + (float)head->top * at->scale),
                  (int)(at->y + (float)head->chin * at->scale));
    int sharp = parts(job->rendering.sharpness);
    char judged[48] = "";
    if (head->chin)
        cut_print(judged, sizeof judged, ",\"gap\":%d,\"sharpness\":%d.%04d",
                  (int)job->rendering.view.gap, sharp / 10000, sharp % 10000);
    cut_print(out, size, "{\"scale\":%d.%04d,\"head\":%s%s}", scale / 10000,
              scale % 10000, said, judged);
}

const char *cut_job_report_json(cut_job *job)
{
    const cut_subject *subject = &job->subject;
    char found[8] = "null",
         details[128] = "\"coverage\":null,\"confidence\":null,"
                        "\"box\":null";
    char placed[160] = "null";
    if (job->state >= CUT_COMPOSED) report_place(placed, sizeof placed, job);
    if (job->state >= CUT_INFERRED)
        cut_print(found, sizeof found, subject->found ? "true" : "false");
    if (job->state >= CUT_REFINED)
        cut_print(details, sizeof details,
                  "\"coverage\":%d.%04d,\"confidence\":%d.%04d,"
                  "\"box\":[%d,%d,%d,%d]",
                  parts(subject->coverage) / 10000,
                  parts(subject->coverage) % 10000,
                  parts(subject->confidence) / 10000,
                  parts(subject->confidence) % 10000, (int)subject->x,
                  (int)subject->y, (int)subject->w, (int)subject->h);
    char part[64] = "";
    if (job->probe.rows)
        cut_print(part, sizeof part, ",\"partial\":\"%d of %d rows\"",
                  (int)job->probe.rows, (int)job->probe.h);
    const char *kind = job->state < CUT_INFERRED      ? "null"
                       : subject->kind == CUT_GRAPHIC ? "\"graphic\""
                                                      : "\"photo\"";
    char natural[16] = "null";
    if (job->natural)
        cut_print(natural, sizeof natural, "\"%s\"",
                  cut_natural_name(job->natural));
    char detail[64] = "null";
    if (job->is_detailed)
        cut_print(detail, sizeof detail, "{\"tiles\":%u,\"side\":%d}",
                  (unsigned)job->detailed.tiles, (int)job->detailed.side);
    cut_print(job->report, sizeof job->report,
              "{\"input\":{\"format\":\"%s\",\"width\":%d,\"height\":%d,"
              "\"orientation\":%d,\"bytes\":%u,\"icc_bytes\":%u,"
              "\"alpha\":%s%s},\"width\":%d,\"height\":%d,\"format\":\"%s\","
              "\"placed\":%s,\"natural\":%s,\"subject\":{\"found\":%s,\"kind\":"
              "%s,\"given\":%s,"
              "%s},\"detail\":%s}",
              cut_format_name(job->probe.format), (int)job->in_w,
              (int)job->in_h, job->probe.orientation,
              (unsigned)job->input_bytes, (unsigned)job->icc.size,
              job->probe.has_alpha_channel ? "true" : "false", part,
              (int)job->out_w, (int)job->out_h,
              cut_output_name(job->options.output), placed, natural, found,
              kind, job->subject.kind == CUT_GIVEN ? "true" : "false", details,
              detail);
    return job->report;
}
