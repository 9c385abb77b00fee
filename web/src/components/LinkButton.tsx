import { Button, type ButtonProps } from "@fluentui/react-components";
import { type To, useHref, useLinkClickHandler } from "react-router";

type Props = Pick<ButtonProps, "appearance" | "icon" | "size" | "children" | "aria-label"> & {
  to: To;
  replace?: boolean;
};

/** A link that looks like a button. */
export function LinkButton({ to, replace, ...props }: Props) {
  const follow = useLinkClickHandler<HTMLAnchorElement>(to, { replace });
  return <Button as="a" href={useHref(to)} onClick={follow} {...props} />;
}
