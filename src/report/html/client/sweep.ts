/** What the page of a sweep does by itself. */
import './every-page.js';
