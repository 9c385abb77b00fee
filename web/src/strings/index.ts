import { audit } from "./en/audit";
import { common } from "./en/common";
import { policies } from "./en/policies";
import { products } from "./en/products";
import { report } from "./en/report";
import { settings } from "./en/settings";
import { users } from "./en/users";

/** All texts of the console, in English. A translation is another object of this type. */
const english = { common, policies, report, products, users, audit, settings };

export type Strings = typeof english;

export const strings: Strings = english;
