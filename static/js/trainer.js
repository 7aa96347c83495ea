// An item of the trainer is a plain form; the script of its kind makes it more comfortable.
import { enhance } from "./response.js";

const form = document.querySelector("[data-item-form]");
if (form) enhance(form, { script: form.dataset.script });
