import { Badge, type BadgeProps } from "@fluentui/react-components";

import type { SubscriptionStatus } from "../gql/graphql";
import { strings } from "../strings";

const words = strings.products.subscription;

export const subscriptionStatuses = Object.keys(words.statuses) as SubscriptionStatus[];

const colors: Record<SubscriptionStatus, BadgeProps["color"]> = {
  ACTIVE: "success",
  WARNING: "warning",
  SUSPENDED: "danger",
  CANCELED: "informative",
};

export function SubscriptionStatusBadge({ status }: { status: SubscriptionStatus }) {
  return (
    <Badge appearance="tint" color={colors[status]}>
      {words.statuses[status]}
    </Badge>
  );
}
