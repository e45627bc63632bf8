// Pages that look again by themselves: htmx asks for the page and takes the part that has moved on.
// Without this script a `meta refresh` of the page does the same.
import htmx from "htmx.org";

htmx.config.allowEval = false; // the content policy forbids it anyway
htmx.config.includeIndicatorStyles = false;
htmx.config.historyEnabled = false;
