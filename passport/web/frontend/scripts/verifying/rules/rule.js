// One business rule of a country (passport/rules/rule.py); what is wrong with one was found out by the service.
import { Open, evaluate, isTruthy } from "./certlogic.js";

/**
 * Whether `data` meets a rule; throws Open when that cannot be told, for a value that is neither true nor falsy too.
 */
export function met(rule, data) {
  if (rule.fault !== null) throw new Open(rule.fault);
  const value = evaluate(rule.logic, data);
  if (value !== true && isTruthy(value)) throw new Open("not a yes or no");
  return value === true;
}
