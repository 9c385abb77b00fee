import { Field, Radio, RadioGroup } from "@fluentui/react-components";
import { useState } from "react";
import { useMutation } from "urql";

import { noRefusals, Refusals } from "../api/refusals";
import { FormDialog } from "../components/FormDialog";
import { type Product, ProductCombobox } from "../components/ProductCombobox";
import { errorText } from "../api/errors";
import { TextField } from "../components/TextField";
import { useToast } from "../components/toasts";
import { formatNumber } from "../format";
import {
  CreateSubscriptionDocument,
  type SubscriptionRowFragment,
  type SubscriptionStatus,
  UpdateSubscriptionDocument,
} from "../gql/graphql";
import { strings } from "../strings";
import { subscriptionStatuses } from "./SubscriptionStatus";

const words = strings.products.subscription;

interface Props {
  /** The subscription to change; undefined to add one. */
  subscription?: SubscriptionRowFragment;
  /** The product of the new subscription; undefined to let the user choose. */
  product?: Product;
  onDone(): Promise<void> | void;
  onClose(): void;
}

/** Adds a subscription, or changes the quantity and the status of one. */
export function SubscriptionDialog({ subscription, product: given, onDone, onClose }: Props) {
  const showToast = useToast();
  const fixed = subscription?.product ?? given;
  const [product, setProduct] = useState<Product | undefined>(fixed);
  const [quantity, setQuantity] = useState(subscription ? String(subscription.quantity) : "");
  const [status, setStatus] = useState<SubscriptionStatus>(subscription?.status ?? "ACTIVE");
  const [showProblems, setInsist] = useState(false);
  const [refusals, setRefusals] = useState(noRefusals);
  const [requestError, setRequestError] = useState<string>();
  const [creating, create] = useMutation(CreateSubscriptionDocument);
  const [updating, update] = useMutation(UpdateSubscriptionDocument);

  const count = /^\s*\d{1,9}\s*$/.test(quantity) ? Number(quantity) : 0;

  const submit = async () => {
    setInsist(true);
    setRefusals(noRefusals);
    if (!product || count < 1) return;

    const { userErrors, error } = subscription
      ? await update({ input: { subscriptionId: subscription.id, quantity: count, status } }).then(
          ({ data, error }) => ({ userErrors: data?.updateSubscription.userErrors, error }),
        )
      : await create({ input: { productId: product.id, quantity: count, status } }).then(({ data, error }) => ({
          userErrors: data?.createSubscription.userErrors,
          error,
        }));

    setRequestError(error && errorText(error));
    setRefusals(new Refusals(userErrors));
    if (error || userErrors?.length) return;
    showToast(subscription ? words.saved : words.added(formatNumber(count), product.name));
    onClose();
    await onDone();
  };

  const badQuantity = refusals.at("quantity") ?? (showProblems && count < 1 ? words.quantityBad : undefined);

  return (
    <FormDialog
      title={subscription ? words.edit(subscription.product.name) : given ? words.addOf(given.name) : words.add}
      submit={subscription ? words.save : words.create}
      busyText={words.saving}
      busy={creating.fetching || updating.fetching}
      problem={requestError ?? refusals.otherThan(["quantity"], ["status"], ...(fixed ? [] : [["productId"]]))}
      onSubmit={submit}
      onClose={onClose}
    >
      {!fixed && (
        <ProductCombobox
          label={words.product}
          placeholder={words.productPlaceholder}
          noneFound={words.noneFound}
          value={product}
          problem={refusals.at("productId") ?? (showProblems && !product ? words.productRequired : undefined)}
          onChange={setProduct}
        />
      )}
      <TextField
        label={words.quantity}
        hint={words.quantityHint}
        required
        inputMode="numeric"
        value={quantity}
        problem={badQuantity}
        onChange={setQuantity}
      />
      <Field label={words.status} hint={words.meanings[status]} validationMessage={refusals.at("status")}>
        <RadioGroup
          layout="horizontal"
          value={status}
          onChange={(_, data) => setStatus(data.value as SubscriptionStatus)}
        >
          {subscriptionStatuses.map((each) => (
            <Radio key={each} value={each} label={words.statuses[each]} />
          ))}
        </RadioGroup>
      </Field>
    </FormDialog>
  );
}
