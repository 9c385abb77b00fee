import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Text,
  tokens,
} from "@fluentui/react-components";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { useMutation } from "urql";

import { noRefusals, Refusals } from "../../api/refusals";
import { LinkButton } from "../../components/LinkButton";
import { Page } from "../../components/Page";
import { ErrorState, errorText } from "../../components/states";
import { useToast } from "../../components/toasts";
import { CreatePolicyDocument } from "../../gql/graphql";
import { useViewer } from "../../shell/viewer";
import { strings } from "../../strings";
import { AppsEditor } from "../AppsEditor";
import { nameProblem, productsInput } from "../draft";
import { NameField } from "../NameField";
import { useProductApps } from "../useProductApps";
import { useOtherPolicyNames } from "../useOtherPolicyNames";
import { ProductsStep } from "./ProductsStep";
import { Review } from "./Review";
import { StepList } from "./StepList";
import { reachable, type Step, steps } from "./steps";
import { forget, keep, load, type NewPolicy, nothing } from "./newPolicy";

const words = strings.policies.wizard;

const useStyles = makeStyles({
  wizard: {
    display: "grid",
    gridTemplateColumns: "220px minmax(0, 720px)",
    gap: tokens.spacingHorizontalXXXL,
    alignItems: "start",
    "@media (max-width: 900px)": { gridTemplateColumns: "minmax(0, 1fr)", gap: tokens.spacingVerticalL },
  },
  step: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingHorizontalXXL,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    "@media (max-width: 640px)": { padding: tokens.spacingHorizontalL },
  },
  heading: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: "none",
  },
  lead: { color: tokens.colorNeutralForeground2 },
  buttons: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    paddingTop: tokens.spacingVerticalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  leave: { marginInlineStart: "auto" },
});

/** Leads through what a new policy needs, a step at a time. Each step has an address; what was entered stays. */
export function Component() {
  const { step: wanted } = useParams();
  const { mayChange } = useViewer();
  const [policy, setPolicy] = useState(load);
  const last = reachable(policy);
  const place = steps.indexOf(wanted as Step);

  if (!mayChange) return <Navigate to="/policies" replace />;
  // Without a step it goes on where one left off; nor can one go where something is missing before.
  if (place < 0 || place > last) return <Navigate to={`/policies/new/${steps[last]}`} replace />;

  return (
    <Wizard
      policy={policy}
      place={place}
      onChange={(part) =>
        setPolicy((before) => {
          const after = { ...before, ...part };
          keep(after);
          return after;
        })
      }
      onStartOver={() => {
        forget();
        setPolicy(nothing);
      }}
    />
  );
}

interface Props {
  policy: NewPolicy;
  place: number;
  onChange(part: Partial<NewPolicy>): void;
  onStartOver(): void;
}

function Wizard({ policy, place, onChange, onStartOver }: Props) {
  const styles = useStyles();
  const navigate = useNavigate();
  const showToast = useToast();
  const step = steps[place]!;
  const [showingProblems, setInsisting] = useState(false);
  const [resumed, setResumed] = useState(() => policy !== nothing && (policy.name !== "" || policy.app !== undefined));
  const others = useOtherPolicyNames();
  const apps = useProductApps(policy.products);
  const creation = useCreation(policy);
  const { refusals } = creation;
  const heading = useHeading(step);

  const go = (to: number) => {
    setInsisting(false);
    void navigate(`/policies/new/${steps[to]}`);
  };
  const change = (part: Partial<NewPolicy>) => {
    creation.forgive();
    onChange(part);
  };

  const fits =
    step === "name" ? nameProblem(policy.name, others) === undefined : reachable(policy) > place || step === "review";

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!fits) {
      setInsisting(true);
      return;
    }
    if (step !== "review") {
      go(place + 1);
      return;
    }
    const refused = await creation.create();
    if (refused === undefined) return;
    if (refused.any) {
      // The step at fault shows what the server says of its fields.
      const at = stepAtFault(refused);
      if (at !== "review") go(steps.indexOf(at));
      return;
    }
    forget();
    showToast(words.created(policy.name.trim()));
    await navigate("/policies");
  };

  return (
    <Page title={words.title}>
      {resumed && (
        <MessageBar layout="multiline">
          <MessageBarBody>{words.resumed}</MessageBarBody>
          <MessageBarActions>
            <Button
              onClick={() => {
                setResumed(false);
                creation.forgive();
                onStartOver();
                go(0);
              }}
            >
              {words.startOver}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      <div className={styles.wizard}>
        <StepList place={place} last={reachable(policy)} />
        <form className={styles.step} onSubmit={submit} noValidate aria-labelledby="step">
          <h2 id="step" ref={heading} tabIndex={-1} className={styles.heading}>
            {words[step]}
          </h2>
          <Text className={styles.lead}>{words[`${step}Lead`]}</Text>
          {(creation.requestError ?? refusals.otherThan(["name"], ["appId"], ["products"])) && (
            <MessageBar intent="error" layout="multiline" role="alert">
              <MessageBarBody>
                {creation.requestError ?? refusals.otherThan(["name"], ["appId"], ["products"])}
              </MessageBarBody>
            </MessageBar>
          )}

          {step === "name" && (
            <NameField
              value={policy.name}
              showProblems={showingProblems}
              problem={refusals.at("name")}
              onChange={(name) => change({ name })}
            />
          )}
          {step === "products" && (
            <ProductsStep
              policy={policy}
              available={apps.available}
              showProblems={showingProblems}
              refusals={refusals}
              onChange={change}
            />
          )}
          {step === "apps" && policy.app && (
            <AppsEditor
              appId={policy.app.id}
              products={policy.products}
              apps={apps}
              problem={policy.products.map((_, i) => refusals.at("products", i, "appsOff")).find(Boolean)}
              onChange={(products) => change({ products })}
            />
          )}
          {step === "review" &&
            (apps.error ? (
              <ErrorState error={apps.error} retry={apps.retry} />
            ) : (
              <Review policy={policy} apps={apps} onChange={change} />
            ))}

          <div className={styles.buttons}>
            {place > 0 && <Button onClick={() => go(place - 1)}>{words.back}</Button>}
            <Button appearance="primary" type="submit" disabledFocusable={creation.creating}>
              {step !== "review" ? words.next : creation.creating ? words.creating : words.create}
            </Button>
            <span className={styles.leave}>
              <LinkButton to="/policies" appearance="subtle">
                {words.leave}
              </LinkButton>
            </span>
          </div>
        </form>
      </div>
    </Page>
  );
}

function stepAtFault(refusals: Refusals): Step {
  if (refusals.at("name")) return "name";
  const appsOff = [0, 1, 2, 3, 4].some((i) => refusals.at("products", i, "appsOff"));
  if (appsOff) return "apps";
  return refusals.at("appId") || refusals.at("products") ? "products" : "review";
}

/** Creates the policy; says nothing if that did not come so far. */
function useCreation(policy: NewPolicy) {
  const [{ fetching: creating }, create] = useMutation(CreatePolicyDocument);
  const [refusals, setRefusals] = useState(noRefusals);
  const [requestError, setRequestError] = useState<string>();

  return {
    creating,
    refusals,
    requestError,
    forgive: () => {
      setRefusals(noRefusals);
      setRequestError(undefined);
    },
    create: async (): Promise<Refusals | undefined> => {
      const { name, enabled, app, products } = policy;
      if (!app) return undefined;
      const { data, error } = await create({
        input: { name, enabled, appId: app.id, products: productsInput(products) },
      });
      setRequestError(error && errorText(error));
      if (!data?.createPolicy) return undefined;
      const refused = new Refusals(data.createPolicy.userErrors);
      setRefusals(refused);
      return refused;
    },
  };
}

/** Moves the focus to the step's heading, so that it is read, when another step comes. */
function useHeading(step: Step) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step) heading.current?.focus();
    before.current = step;
  }, [step]);
  return heading;
}
