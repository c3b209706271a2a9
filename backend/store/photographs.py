"""Photographs of papers: what an upload really is, turned upright, freed of its metadata, with a thumbnail. Pure.

A file is known by its content, not by its name. Every picture is decoded and written anew, so that nothing but pixels
survives: no place, no camera, no hidden second file.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PAGES = 30
LONGEST_SIDE = 3000
THUMBNAIL_SIDE = 360
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
WRONG_KIND = "只能上传照片（JPG、PNG、WebP）或 PDF。请直接拍照，或把文件另存为 PDF 后上传。"


class UnfitFile(ValueError):
    """An upload cannot be taken. `code` is stable, the message a Chinese sentence that says what to do instead."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Paper:
    """An upload made fit to keep: media type, bytes, and for pictures size in pixels and a JPEG thumbnail."""

    media_type: str
    data: bytes
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None


def take(data: bytes) -> Paper:
    """Return the cleaned form of an uploaded file. Raises UnfitFile with code empty, too_large, wrong_kind, broken."""
    if not data:
        raise UnfitFile("empty", "这个文件是空的，请重新选择或重新拍摄。")
    if len(data) > MOST_BYTES:
        raise UnfitFile("too_large", "文件超过 10 MB，请降低拍照分辨率或压缩后再上传。")
    return _pdf(data) if data.startswith(b"%PDF-") else _picture(data)


def _picture(data: bytes) -> Paper:
    image = _decoded(data)
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return Paper("image/jpeg", _jpeg(upright, 88), upright.width, upright.height, thumbnail_of(upright))


def _decoded(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(PICTURES))
            _check_size(image)
            image.load()
    except UnidentifiedImageError:
        raise UnfitFile(
            "wrong_kind", "只能上传照片（JPG、PNG、WebP）或 PDF。请直接拍照，或把文件另存为 PDF 后上传。"
        ) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        if isinstance(error, UnfitFile):
            raise
        raise UnfitFile("broken", "这张照片打不开，可能没有传完整，请重新拍摄后上传。") from None
    return image


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise UnfitFile("too_large", "照片的像素太多，请降低拍照分辨率后再上传。")


def _pdf(data: bytes) -> Paper:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnfitFile("broken", "这个 PDF 有密码保护，请去掉密码后再上传。")
        pages = len(reader.pages)
    except (PyPdfError, ValueError, OSError, KeyError, RecursionError) as error:
        if isinstance(error, UnfitFile):
            raise
        raise UnfitFile("broken", "这个 PDF 打不开，可能没有传完整，请重新导出后上传。") from None
    if not 1 <= pages <= MOST_PAGES:
        raise UnfitFile("too_large", f"一个 PDF 最多 {MOST_PAGES} 页，请拆分后上传。")
    return Paper("application/pdf", data)


def turned(data: bytes, degrees: int) -> Paper:
    """Return a kept picture turned clockwise by 90, 180 or 270 degrees."""
    image = _decoded(data).rotate(-degrees, expand=True)
    return Paper("image/jpeg", _jpeg(image, 92), image.width, image.height, thumbnail_of(image))


def thumbnail_of(image: Image.Image) -> bytes:
    """Return a small JPEG of a picture, for lists."""
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return _jpeg(small, 70)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
