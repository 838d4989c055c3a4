/* unsaved: whether somebody is writing something here that would be lost with the page. */
const written = new Set();
const TEXT = 'textarea, input:not([type]), input:is([type="text"], [type="tel"], [type="url"], [type="email"], [type="number"])';

/** Called once: remembers the fields that somebody types into; what a program fills in does not count. */
export function watchTyping() {
	document.addEventListener('input', (e) => e.target.matches?.(TEXT) && written.add(e.target), true);
}

/** A dialog is open, or a text that was typed stands in a field. */
export function unsaved() {
	for (const field of written) if (!field.isConnected || field.value === '') written.delete(field);
	return written.size > 0 || document.querySelector('dialog[open]') !== null;
}
