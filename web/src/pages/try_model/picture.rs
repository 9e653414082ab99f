//! A picture as a model's input: chosen or dropped, and what of it goes in.

use std::time::Duration;

use js_sys::{Function, Promise, Uint8Array};
use leptos::html::Canvas;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, ColorSpaceConversion, DataTransfer, File, FileList,
    HtmlCanvasElement, HtmlImageElement, ImageBitmap, ImageBitmapOptions, ImageData,
    PremultiplyAlpha, ResizeQuality, Url,
};

use crate::components::drop_area::DropArea;
use crate::state::files::picture::{MOST_PIXELS, size};
use crate::state::format::{bytes, count};
use crate::state::language::{t, tf};
use crate::state::picture_input::{PictureInput, Scale};
use crate::state::trial::Trial;

/// The largest file that is looked at.
const LARGEST: f64 = (64 << 20) as f64;

/// A picture as it goes in.
struct Taken {
    /// Four bytes a pixel, as the model sees them.
    pixels: Vec<u8>,
    width: usize,
    /// What it is called, its own sides, and those that go in.
    about: String,
}

/// A place for a picture, which makes the request, and what of it the model sees.
#[component]
pub(super) fn Picture(
    /// The trial that the request belongs to.
    trial: Trial,
    /// The input that the picture is.
    input: PictureInput,
) -> impl IntoView {
    let beside = input.beside(&trial.body().read_untracked());
    let made = StoredValue::new((input.clone(), beside));
    let canvas: NodeRef<Canvas> = NodeRef::new();
    let taken = StoredValue::new(None::<Taken>);
    let about = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let scale = RwSignal::new(Scale::Unit);
    // Which choice this is: what an earlier one still brings is dropped.
    let turn = StoredValue::new(0_u32);
    let write = move || {
        let body = taken.with_value(|taken| {
            let Taken { pixels, width, .. } = taken.as_ref()?;
            made.with_value(|(input, beside)| {
                Some(input.body(pixels, *width, scale.get_untracked(), beside))
            })
        });
        if let Some(body) = body {
            trial.write(body);
        }
    };
    let take = move |files: Option<FileList>| {
        let (Some(file), Some(canvas)) =
            (files.and_then(|files| files.item(0)), canvas.get_untracked())
        else {
            return;
        };
        turn.update_value(|turn| *turn += 1);
        let now = turn.get_value();
        let input = made.with_value(|(input, _)| input.clone());
        spawn_local(async move {
            let decoded = decode(&file, &input).await;
            if turn.try_get_value() != Some(now) {
                return;
            }
            match decoded.and_then(|bitmap| draw(&canvas, &bitmap, &file, &input)) {
                Ok(found) => {
                    let words = found.about.clone();
                    taken.set_value(Some(found));
                    // A task of its own: drawing it and writing it down take long.
                    let show = move || {
                        if turn.try_get_value() == Some(now) {
                            write();
                            about.set(Some(words));
                            problem.set(None);
                        }
                    };
                    set_timeout(show, Duration::ZERO);
                }
                // The picture before stays, as does the request that it made.
                Err(words) => problem.set(Some(words)),
            }
        });
    };
    let choose = move |event: leptos::ev::Event| {
        let key = event_target_value(&event);
        if let Some(chosen) = Scale::ALL.into_iter().find(|one| key_of(*one) == key) {
            scale.set(chosen);
            write();
        }
    };
    let option = move |one: Scale| {
        view! {
            <option value=key_of(one) selected=move || scale.get() == one>
                {words(one)}
            </option>
        }
    };
    let has_imagenet = input.values() == 3;
    let scales = (!input.is_bytes).then(|| {
        let all = Scale::ALL.into_iter().filter(|one| has_imagenet || *one != Scale::ImageNet);
        view! {
            <div class="field">
                <label for="picture-scale">{t("Values of a pixel")}</label>
                <select id="picture-scale" class="input" on:change=choose>
                    {all.map(option).collect_view()}
                </select>
            </div>
        }
    });
    let hint = match input.values() {
        1 => t(
            "or drop one here. It is made grey, resized for the model, and stays on this machine.",
        ),
        _ => t("or drop one here. It is resized for the model, and stays on this machine."),
    };
    view! {
        <div class="picture">
            <DropArea
                words=t("Choose a picture")
                accept="image/*"
                chosen=Callback::new(move |files| take(Some(files)))
                dropped=Callback::new(move |transfer: DataTransfer| take(transfer.files()))
            >
                {hint}
            </DropArea>
            <p class="bad complaint" role="alert" hidden=move || problem.with(Option::is_none)>
                {move || problem.get()}
            </p>
            <figure hidden=move || about.with(Option::is_none)>
                <canvas node_ref=canvas role="img" aria-label=t("What the model sees")></canvas>
                <figcaption class="faint">{move || about.get()}</figcaption>
            </figure>
            {scales}
        </div>
    }
}

fn key_of(scale: Scale) -> &'static str {
    match scale {
        Scale::Unit => "unit",
        Scale::Bytes => "bytes",
        Scale::ImageNet => "imagenet",
    }
}

fn words(scale: Scale) -> &'static str {
    match scale {
        Scale::Unit => t("0 to 1"),
        Scale::Bytes => t("0 to 255"),
        Scale::ImageNet => t("ImageNet's mean and standard deviation"),
    }
}

/// Reads a picture as large as it goes in.
async fn decode(file: &File, input: &PictureInput) -> Result<ImageBitmap, String> {
    if file.size() > LARGEST {
        let (size, most) = (bytes(file.size() as u64), bytes(LARGEST as u64));
        return Err(tf("{0} is {1}: at most {2} are read.", &[&file.name(), &size, &most]));
    }
    let broken =
        || tf("{0} is no picture that this browser reads, or a broken one.", &[&file.name()]);
    // How large it is, its first bytes say, or the browser before it unpacks it.
    let (width, height) = match declared(file).await {
        Some(sides) if is_huge(sides) => sides,
        _ => sides(file).await.ok_or_else(broken)?,
    };
    let shown = |side: u64| count(usize::try_from(side).unwrap_or(usize::MAX));
    let (across, down) = (shown(width), shown(height));
    if is_huge((width, height)) {
        return Err(tf(
            "{0} has {1} × {2} pixels: at most {3} are read.",
            &[&file.name(), &across, &down, &shown(MOST_PIXELS)],
        ));
    }
    let (width, height) = (width as usize, height as usize);
    let (wide, high) = input.sides(width, height).ok_or_else(|| {
        tf(
            "{0} has {1} × {2} pixels: in those proportions it is too large for a request.",
            &[&file.name(), &across, &down],
        )
    })?;
    let options = ImageBitmapOptions::new();
    // As Python reads it: the bytes of the file, whatever colours they mean.
    options.set_color_space_conversion(ColorSpaceConversion::None);
    options.set_premultiply_alpha(PremultiplyAlpha::None);
    if (wide, high) != (width, height) {
        options.set_resize_width(wide as u32);
        options.set_resize_height(high as u32);
        options.set_resize_quality(ResizeQuality::High);
    }
    let bitmap = window().create_image_bitmap_with_blob_and_image_bitmap_options(file, &options);
    let bitmap = JsFuture::from(bitmap.map_err(|_| broken())?).await;
    bitmap.map(JsCast::unchecked_into).map_err(|_| broken())
}

/// Draws what the model sees, and takes its pixels.
fn draw(
    canvas: &HtmlCanvasElement,
    bitmap: &ImageBitmap,
    file: &File,
    input: &PictureInput,
) -> Result<Taken, String> {
    let failed = |_: JsValue| t("The browser could not draw the picture.").to_owned();
    let (width, height) = (bitmap.width(), bitmap.height());
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").map_err(failed)?;
    let context: CanvasRenderingContext2d =
        context.ok_or_else(|| failed(JsValue::NULL))?.unchecked_into();
    context.draw_image_with_image_bitmap(bitmap, 0.0, 0.0).map_err(failed)?;
    bitmap.close();
    let seen = context.get_image_data(0.0, 0.0, width.into(), height.into()).map_err(failed)?;
    let mut pixels = seen.data().0;
    input.reduce(&mut pixels);
    ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, height)
        .and_then(|seen| context.put_image_data(&seen, 0.0, 0.0))
        .map_err(failed)?;
    let sides = format!("{width} × {height}");
    let about = tf("{0}, as the model sees it: {1} pixels", &[&file.name(), &sides]);
    Ok(Taken { pixels, width: width as usize, about })
}

fn is_huge((width, height): (u64, u64)) -> bool {
    width.saturating_mul(height) > MOST_PIXELS
}

/// Width and height that a picture's first bytes say it has, where they do.
async fn declared(file: &File) -> Option<(u64, u64)> {
    const HEAD: i32 = 64;
    let head = file.slice_with_i32_and_i32(0, HEAD).ok()?;
    let head = JsFuture::from(head.array_buffer()).await.ok()?;
    size(&Uint8Array::new(&head).to_vec())
}

/// Width and height of a picture; nothing where it is none.
async fn sides(file: &File) -> Option<(u64, u64)> {
    let url = Url::create_object_url_with_blob(file).ok()?;
    let image = HtmlImageElement::new().ok()?;
    let loaded = JsFuture::from(Promise::new(&mut |resolve: Function, reject: Function| {
        image.set_onload(Some(&resolve));
        image.set_onerror(Some(&reject));
        image.set_src(&url);
    }))
    .await;
    Url::revoke_object_url(&url).ok();
    let sides = (image.natural_width().into(), image.natural_height().into());
    (loaded.is_ok() && sides.0 > 0 && sides.1 > 0).then_some(sides)
}
