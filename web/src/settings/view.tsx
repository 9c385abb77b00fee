import { Page } from "../components/Page";
import { strings } from "../strings";

export function Component() {
  return <Page title={strings.common.settings} />;
}
