import { createBrowserRouter } from "react-router";

import { CrashedView, NotFound } from "./components/states";
import { Shell } from "./shell/Shell";
import { Start } from "./shell/Start";

// Each view is a module that is loaded when it is first opened. It exports a Component, as the router expects.
// The router reads the address when it is created, so it is created after the sign-in has restored the address.
export const makeRouter = (base: string) =>
  createBrowserRouter(
    [
      {
        Component: Shell,
        HydrateFallback: () => null,
        children: [
          {
            ErrorBoundary: CrashedView,
            children: [
              { index: true, Component: Start },
              { path: "policies/new/:step?", lazy: () => import("./policies/wizard/view") },
              {
                path: "policies",
                lazy: () => import("./policies/view"),
                children: [{ path: ":policyId", lazy: () => import("./policies/details") }],
              },
              { path: "report", lazy: () => import("./report/view") },
              {
                path: "products",
                lazy: () => import("./products/view"),
                children: [{ path: ":productId", lazy: () => import("./products/details") }],
              },
              {
                path: "users",
                lazy: () => import("./users/view"),
                children: [{ path: ":userId", lazy: () => import("./users/details") }],
              },
              {
                path: "audit",
                lazy: () => import("./audit/view"),
                children: [{ path: ":eventId", lazy: () => import("./audit/details") }],
              },
              { path: "settings", lazy: () => import("./settings/view") },
              { path: "*", Component: NotFound },
            ],
          },
        ],
      },
    ],
    { basename: base },
  );
