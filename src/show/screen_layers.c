/* SPDX-License-Identifier: Apache-2.0 */
#include "show/screen_parts.h"

#include <stdlib.h>

static movinet_status no_texture(int width, int height, movinet_error *err)
{
    return mv_fail(err, MOVINET_ERR_MEMORY, "cannot show a picture of %d×%d: %.200s", width, height,
                   SDL_GetError());
}

/* A texture of this size; the old one is kept where it fits. */
static bool make_texture(screen *s, SDL_Texture **texture, int *width, int *height, int new_width,
                         int new_height, Uint32 format, int access)
{
    if (*texture && *width == new_width && *height == new_height)
        return true;
    if (*texture)
        SDL_DestroyTexture(*texture);
    *texture = SDL_CreateTexture(s->renderer, format, access, new_width, new_height);
    *width = new_width;
    *height = new_height;
    return *texture;
}

movinet_status mvs_load_picture(screen *s, const movinet_frame *f, movinet_error *err)
{
    int stride = f->stride ? (int)f->stride : f->width * 3;
    if (!make_texture(s, &s->picture.texture, &s->picture.width, &s->picture.height, f->width,
                      f->height, SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING) ||
        SDL_UpdateTexture(s->picture.texture, NULL, f->pixels, stride))
        return no_texture(f->width, f->height, err);
    s->picture.look = *f;
    s->picture.look.pixels = NULL; /* the caller's, and gone */
    return MOVINET_OK;
}

/* As large as it fits, in the middle. SDL flips before it turns, about the middle, what is
 * placed as if it were not turned. */
void mvs_copy_picture(const screen *s, int width, int height)
{
    const movinet_frame *f = &s->picture.look;
    if (!s->picture.texture)
        return;
    bool turned = f->rotation % 180 != 0;
    double w = f->width * (f->pixel_aspect != 0 ? f->pixel_aspect : 1), h = f->height;
    double scale = turned ? SDL_min(width / h, height / w) : SDL_min(width / w, height / h);
    float to_w = (float)(w * scale), to_h = (float)(h * scale);
    SDL_FRect to = {((float)width - to_w) / 2, ((float)height - to_h) / 2, to_w, to_h};
    SDL_RendererFlip flip = !f->mirrored ? SDL_FLIP_NONE
                            : turned     ? SDL_FLIP_VERTICAL
                                         : SDL_FLIP_HORIZONTAL;
    SDL_RenderCopyExF(s->renderer, s->picture.texture, NULL, &to, f->rotation, NULL, flip);
}

static bool make_sheet(screen *s, int width, int height)
{
    SDL_Texture *was = s->sheet.texture;
    if (!make_texture(s, &s->sheet.texture, &s->sheet.width, &s->sheet.height, width, height,
                      SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC))
        return false;
    if (s->sheet.texture == was)
        return true;
    const SDL_BlendFactor one = SDL_BLENDFACTOR_ONE, rest = SDL_BLENDFACTOR_ONE_MINUS_SRC_ALPHA;
    s->sheet.premultiplied = !SDL_SetTextureBlendMode(
        s->sheet.texture, SDL_ComposeCustomBlendMode(one, rest, SDL_BLENDOPERATION_ADD, one, rest,
                                                     SDL_BLENDOPERATION_ADD));
    if (!s->sheet.premultiplied) /* the software renderer */
        SDL_SetTextureBlendMode(s->sheet.texture, SDL_BLENDMODE_BLEND);
    return true;
}

static uint32_t straighten(uint32_t p)
{
    uint32_t a = p >> 24, r = p >> 16 & 255, g = p >> 8 & 255, b = p & 255;
    if (!a || a == 255)
        return p;
    return a << 24 | (r * 255 + a / 2) / a << 16 | (g * 255 + a / 2) / a << 8 |
           (b * 255 + a / 2) / a;
}

/* The box of the sheet with its colours no longer multiplied by alpha. NULL: no memory. */
static const uint32_t *straight_box(screen *s, const mvs_sheet *sheet, const mvs_box *b)
{
    size_t n = (size_t)b->width * (size_t)b->height;
    if (n > s->sheet.capacity) {
        free(s->sheet.straight);
        s->sheet.straight = malloc(n * sizeof *s->sheet.straight);
        s->sheet.capacity = s->sheet.straight ? n : 0;
    }
    if (!s->sheet.straight)
        return NULL;
    for (int y = 0; y < b->height; y++) {
        const uint32_t *from = sheet->argb + (size_t)(b->y + y) * (size_t)sheet->width + b->x;
        uint32_t *to = s->sheet.straight + (size_t)y * (size_t)b->width;
        uint32_t last = 0, made = 0;
        for (int x = 0; x < b->width; x++) {
            if (from[x] != last) {
                last = from[x];
                made = straighten(last);
            }
            to[x] = made;
        }
    }
    return s->sheet.straight;
}

movinet_status mvs_load_sheet(screen *s, const mvs_sheet *sheet, movinet_error *err)
{
    const SDL_Texture *was = s->sheet.texture;
    if (!make_sheet(s, sheet->width, sheet->height))
        return no_texture(sheet->width, sheet->height, err);
    for (int i = 0; (sheet->changed || s->sheet.texture != was) && i < sheet->boxes->n; i++) {
        const mvs_box *b = &sheet->boxes->at[i];
        const SDL_Rect box = {b->x, b->y, b->width, b->height};
        const uint32_t *pixels = sheet->argb + (size_t)b->y * (size_t)sheet->width + b->x;
        int stride = sheet->width * 4;
        if (!s->sheet.premultiplied) {
            pixels = straight_box(s, sheet, b);
            stride = b->width * 4;
        }
        if (!pixels)
            return mv_fail(err, MOVINET_ERR_MEMORY, "out of memory");
        if (SDL_UpdateTexture(s->sheet.texture, &box, pixels, stride))
            return no_texture(sheet->width, sheet->height, err);
    }
    return MOVINET_OK;
}

/* Only the boxes: the rest of the texture holds whatever was there before. */
void mvs_copy_sheet(const screen *s, const mvs_sheet *sheet, int width, int height)
{
    float fx = (float)width / (float)sheet->width, fy = (float)height / (float)sheet->height;
    for (int i = 0; i < sheet->boxes->n; i++) {
        const mvs_box *b = &sheet->boxes->at[i];
        const SDL_Rect from = {b->x, b->y, b->width, b->height};
        const SDL_FRect to = {(float)b->x * fx, (float)b->y * fy, (float)b->width * fx,
                              (float)b->height * fy};
        SDL_RenderCopyF(s->renderer, s->sheet.texture, &from, &to);
    }
}
