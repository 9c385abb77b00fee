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

import { errorText } from "../../api/errors";
import { noRefusals, Refusals } from "../../api/refusals";
import { LinkButton } from "../../components/LinkButton";
import { Page } from "../../components/Page";
import { ErrorState } from "../../components/states";
import { useToast } from "../../components/toasts";
import { CreatePolicyDocument } from "../../gql/graphql";
import { useViewer } from "../../shell/viewer";
import { strings } from "../../strings";
import { AppsEditor } from "../AppsEditor";
import { draftInput, sameDraft } from "../draft";
import { FieldControl } from "../FieldControl";
import { controlNames, fieldNames, fieldOf } from "../fields";
import { useProductApps } from "../useProductApps";
import { useOtherPolicyNames } from "../useOtherPolicyNames";
import { ProductsStep } from "./ProductsStep";
import { Review } from "./Review";
import { StepList } from "./StepList";
import { type Step, steps } from "./steps";
import {
  discardNewPolicy,
  emptyPolicy,
  fieldsOfStep,
  isComplete,
  lastReachable,
  loadNewPolicy,
  type NewPolicy,
  storeNewPolicy,
} from "./newPolicy";

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

/** The wizard that adds a policy. Each step has an address, and what was entered survives leaving. */
export function Component() {
  const { step: wanted } = useParams();
  const { mayChange } = useViewer();
  const [policy, setPolicy] = useState(loadNewPolicy);
  const last = lastReachable(policy);
  const place = steps.indexOf(wanted as Step);

  if (!mayChange) return <Navigate to="/policies" replace />;
  // An address without a step, or with one that cannot be reached yet, leads to the first incomplete step.
  if (place < 0 || place > last) return <Navigate to={`/policies/new/${steps[last]}`} replace />;

  return (
    <Wizard
      policy={policy}
      place={place}
      onChange={(part) =>
        setPolicy((before) => {
          const after = { ...before, ...part };
          storeNewPolicy(after);
          return after;
        })
      }
      onStartOver={() => {
        discardNewPolicy();
        setPolicy(emptyPolicy);
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
  const [showProblems, setShowProblems] = useState(false);
  const [resumed, setResumed] = useState(() => !sameDraft(policy, emptyPolicy) || policy.app !== undefined);
  const otherNames = useOtherPolicyNames();
  const apps = useProductApps(policy.products);
  const creation = useCreation(policy);
  const { refusals } = creation;
  const heading = useHeading(step);

  const go = (to: number) => {
    setShowProblems(false);
    void navigate(`/policies/new/${steps[to]}`);
  };
  const change = (part: Partial<NewPolicy>) => {
    creation.clearProblems();
    onChange(part);
  };

  const problem = creation.requestError ?? refusals.otherThan(["appId"], ...fieldNames.map((name) => [name]));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete(step, policy, otherNames)) {
      setShowProblems(true);
      return;
    }
    if (step !== "review") {
      go(place + 1);
      return;
    }
    const refused = await creation.create();
    if (refused === undefined) return;
    if (refused.any) {
      // The step of the refused field shows the server's message.
      const refusedStep = stepOf(refused);
      if (refusedStep !== "review") go(steps.indexOf(refusedStep));
      return;
    }
    discardNewPolicy();
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
                creation.clearProblems();
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
        <StepList place={place} last={lastReachable(policy)} />
        <form className={styles.step} onSubmit={submit} noValidate aria-labelledby="step">
          <h2 id="step" ref={heading} tabIndex={-1} className={styles.heading}>
            {words[step]}
          </h2>
          <Text className={styles.lead}>{words[`${step}Lead`]}</Text>
          {problem && (
            <MessageBar intent="error" layout="multiline" role="alert">
              <MessageBarBody>{problem}</MessageBarBody>
            </MessageBar>
          )}

          {step === "products" && (
            <ProductsStep
              policy={policy}
              available={apps.available}
              showProblems={showProblems}
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
              <Review policy={policy} apps={apps} />
            ))}
          {fieldsOfStep(step).map((name) => (
            <FieldControl
              key={name}
              name={name}
              draft={policy}
              otherNames={otherNames}
              creating
              showProblems={showProblems}
              problem={refusals.at(name)}
              onChange={change}
            />
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

/** Returns the step of the field that the server refused. */
function stepOf(refusals: Refusals): Step {
  const refused = controlNames.find((name) => refusals.at(name));
  if (refused) return fieldOf(refused).step;
  const appsOff = [0, 1, 2, 3, 4].some((i) => refusals.at("products", i, "appsOff"));
  if (appsOff) return "apps";
  return refusals.at("appId") || refusals.at("products") ? "products" : "review";
}

/** Creates the policy. create returns undefined if the request failed. */
function useCreation(policy: NewPolicy) {
  const [{ fetching: creating }, create] = useMutation(CreatePolicyDocument);
  const [refusals, setRefusals] = useState(noRefusals);
  const [requestError, setRequestError] = useState<string>();

  return {
    creating,
    refusals,
    requestError,
    clearProblems: () => {
      setRefusals(noRefusals);
      setRequestError(undefined);
    },
    create: async (): Promise<Refusals | undefined> => {
      if (!policy.app) return undefined;
      const { data, error } = await create({ input: { appId: policy.app.id, ...draftInput(policy) } });
      setRequestError(error && errorText(error));
      if (!data?.createPolicy) return undefined;
      const refused = new Refusals(data.createPolicy.userErrors);
      setRefusals(refused);
      return refused;
    },
  };
}

/** Moves the focus to the heading when the step changes, so that screen readers read it. */
function useHeading(step: Step) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step) heading.current?.focus();
    before.current = step;
  }, [step]);
  return heading;
}
