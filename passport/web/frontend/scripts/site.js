// Every page: wakes the few GOV.UK components that have behaviour, and tells the scanner that this device keeps which
// language was chosen. Pages work without it.
import { Button, ErrorSummary, NotificationBanner, ServiceNavigation, createAll } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, ErrorSummary, NotificationBanner, ServiceNavigation]) {
  createAll(component);
}

// The kept scanner answers in the language of the last page. Where browsers keep nothing, there is nobody to be told.
const keeper = navigator.serviceWorker?.getRegistration("/verify").catch(() => {});
keeper?.then((registration) => registration?.active?.postMessage(document.documentElement.lang));
