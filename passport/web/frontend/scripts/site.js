// Every page: wakes the few GOV.UK components that have behaviour. Pages work without it.
import { Button, ErrorSummary, NotificationBanner, ServiceNavigation, createAll } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, ErrorSummary, NotificationBanner, ServiceNavigation]) {
  createAll(component);
}
