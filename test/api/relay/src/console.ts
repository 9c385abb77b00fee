// Operations of a Relay client: refetching by id, pages in both directions, and mutations and subscriptions that update
// the store. The test compiles them but does not run them.
import { graphql } from "relay-runtime";

export const policies = graphql`
  fragment console_policies on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "consolePoliciesPage") {
    policies(first: $count, after: $cursor) @connection(key: "console_policies") {
      totalCount
      edges {
        node {
          ...console_policy
        }
      }
    }
  }
`;

export const policy = graphql`
  fragment console_policy on Policy @refetchable(queryName: "consolePolicyAgain") {
    name
    enabled
    version
    availableLicenses
    products {
      product {
        name
      }
    }
  }
`;

export const licenses = graphql`
  fragment console_licenses on User
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  )
  @refetchable(queryName: "consoleLicensesPage") {
    licenses(first: $first, after: $after, last: $last, before: $before) @connection(key: "console_licenses") {
      edges {
        node {
          product {
            name
          }
        }
      }
    }
  }
`;

export const page = graphql`
  query consoleQuery($user: ID!) {
    ...console_policies
    user(id: $user) {
      ...console_licenses
    }
    node(id: $user) {
      __typename
    }
  }
`;

export const create = graphql`
  mutation consoleCreateMutation($input: CreatePolicyInput!, $connections: [ID!]!) {
    createPolicy(input: $input) {
      policy @prependNode(connections: $connections, edgeTypeName: "PolicyEdge") {
        ...console_policy
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`;

export const claimed = graphql`
  subscription consoleClaimedSubscription($policy: ID, $connections: [ID!]!) {
    licenseClaimed(policyId: $policy) @prependNode(connections: $connections, edgeTypeName: "ClaimEdge") {
      claimedAt
      user {
        displayName
      }
    }
  }
`;
