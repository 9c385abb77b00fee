import { Button, Combobox, Field, makeStyles, Option, Text } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { useClient, useMutation } from "urql";

import { mutationProblem } from "../api/errors";
import { Section } from "../components/Section";
import { useToast } from "../components/toasts";
import { UpdateSettingsDocument, ViewerDocument } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { useCardStyles } from "./card";
import { matchingZones } from "./timeZones";

const words = strings.settings;

const useStyles = makeStyles({ field: { maxWidth: "360px" }, list: { maxHeight: "320px" } });

/** Chooses the time zone of reports and of the console. The field takes any name, as the server knows more than a browser. */
export function TimeZone({ current }: { current: string }) {
  const card = useCardStyles();
  const styles = useStyles();
  const { mayChange } = useViewer();
  const client = useClient();
  const showToast = useToast();
  const [{ fetching }, update] = useMutation(UpdateSettingsDocument);
  const [text, setText] = useState(current);
  const [problem, setProblem] = useState<string>();
  const zones = useMemo(() => matchingZones(text === current ? "" : text), [text, current]);

  const save = async () => {
    const { data, error } = await update({ input: { timeZone: text.trim() } });
    const why = mutationProblem(error, data?.updateSettings.userErrors);
    setProblem(why);
    if (why) return;
    showToast(words.timeZoneSaved(text.trim()));
    await client.query(ViewerDocument, {}, { requestPolicy: "network-only" }).toPromise(); // The shell follows it.
  };

  return (
    <div className={card.card}>
      <Section heading="h2" title={words.timeZone}>
        <Text>{words.timeZoneText}</Text>
        <Field
          className={styles.field}
          label={words.timeZone}
          validationMessage={problem}
          validationState={problem ? "error" : "none"}
        >
          <Combobox
            freeform
            placeholder={words.timeZonePlaceholder}
            disabled={!mayChange}
            value={text}
            selectedOptions={[current]}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setProblem(undefined);
            }}
            onOptionSelect={(_, { optionValue }) => {
              if (optionValue) setText(optionValue);
              setProblem(undefined);
            }}
            listbox={{ className: styles.list }}
          >
            {zones.map((zone) => (
              <Option key={zone} value={zone} text={zone}>
                {zone}
              </Option>
            ))}
            {zones.length === 0 && (
              <Option disabled text="" value="">
                {words.noTimeZone}
              </Option>
            )}
          </Combobox>
        </Field>
        {mayChange && text.trim() !== "" && text.trim() !== current && (
          <div>
            <Button appearance="primary" disabledFocusable={fetching} onClick={() => void save()}>
              {words.useTimeZone(text.trim())}
            </Button>
          </div>
        )}
      </Section>
    </div>
  );
}
