//! The components: one folder each, with its style.

pub(crate) mod announcer;
pub(crate) mod charts;
pub(crate) mod confirm;
pub(crate) mod connect_form;
pub(crate) mod copy_button;
pub(crate) mod empty;
pub(crate) mod failure;
pub(crate) mod filter_box;
pub(crate) mod grid;
pub(crate) mod icon;
pub(crate) mod keyboard;
pub(crate) mod menu;
pub(crate) mod modal;
pub(crate) mod page;
pub(crate) mod palette;
pub(crate) mod popover;
pub(crate) mod rail;
pub(crate) mod refresh;
pub(crate) mod sign_in;
pub(crate) mod skeleton;
pub(crate) mod status;
pub(crate) mod tags;
pub(crate) mod theme_switch;
pub(crate) mod toasts;
