/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What a caller may do. */
export type Role =
  /** Everything in its tenant. */
  | 'GLOBAL_ADMIN'
  /** Read everything in its tenant. */
  | 'GLOBAL_READER'
  /** Read claim reports. */
  | 'REPORTS_READER'
  /** Claim licenses for any user of its tenant, and nothing else. */
  | 'SIGN_IN_SERVICE';

/** The input of setAutoClaimEnabled. */
export type SetAutoClaimEnabledInput = {
  /** Whether users can claim. */
  enabled: boolean;
};

/** Why a change was refused. */
export type UserErrorCode =
  /** The user holds a license of the product already. */
  | 'ALREADY_LICENSED'
  /** The license was removed before. */
  | 'ALREADY_REMOVED'
  /** Several apps have this code. */
  | 'APP_AMBIGUOUS'
  /** Another policy is for this app. */
  | 'APP_HAS_POLICY'
  /** No policy may exist for this app. */
  | 'APP_NOT_CLAIMABLE'
  /** The product does not include this app. */
  | 'APP_NOT_IN_PRODUCT'
  /** Auto-claim is off in the tenant. */
  | 'AUTO_CLAIM_OFF'
  /** The product is at that end of the order already. */
  | 'CANNOT_MOVE'
  /** The policy was changed meanwhile; the payload has it as it is now. */
  | 'CONFLICT'
  /** The input is malformed in a way that the message describes. */
  | 'INVALID_INPUT'
  /** The last product of a policy cannot be removed. */
  | 'LAST_PRODUCT'
  /** The name is empty. */
  | 'NAME_REQUIRED'
  /** Another policy has this name. */
  | 'NAME_TAKEN'
  /** The name has more than 100 characters. */
  | 'NAME_TOO_LONG'
  /** The object does not exist, or belongs to another tenant. */
  | 'NOT_FOUND'
  /** The order does not name each product once. */
  | 'ORDER_INCOMPLETE'
  /** No license of the product is left. */
  | 'OUT_OF_LICENSES'
  /** The policy's own app cannot be turned off. */
  | 'POLICY_APP_REQUIRED'
  /** A policy needs at least one product. */
  | 'PRODUCTS_REQUIRED'
  /** The product is there already. */
  | 'PRODUCT_DUPLICATE'
  /** The product does not include the policy's app. */
  | 'PRODUCT_LACKS_APP'
  /** The policy does not have this product. */
  | 'PRODUCT_NOT_IN_POLICY'
  /** The tenant has no subscription of the product that counts. */
  | 'PRODUCT_NOT_OWNED'
  /** More licenses are assigned than would be left. */
  | 'QUANTITY_BELOW_ASSIGNED'
  /** The quantity is not between 1 and 10,000,000. */
  | 'QUANTITY_OUT_OF_RANGE'
  /** A policy has at most five products. */
  | 'TOO_MANY_PRODUCTS';

export type RefusalFragment = { code: UserErrorCode, message: string, path: Array<string> };

export type SettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type SettingsQuery = { settings: { autoClaimEnabled: boolean } };

export type SetAutoClaimEnabledMutationVariables = Exact<{
  input: SetAutoClaimEnabledInput;
}>;


export type SetAutoClaimEnabledMutation = { setAutoClaimEnabled: { settings: { autoClaimEnabled: boolean } | null, userErrors: Array<{ code: UserErrorCode, message: string, path: Array<string> }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { externalId: string, displayName: string, email: string, roles: Array<Role> } };

export const RefusalFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]} as unknown as DocumentNode<RefusalFragment, unknown>;
export const SettingsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Settings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"settings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"autoClaimEnabled"}}]}}]}}]} as unknown as DocumentNode<SettingsQuery, SettingsQueryVariables>;
export const SetAutoClaimEnabledDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetAutoClaimEnabled"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAutoClaimEnabledInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAutoClaimEnabled"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"settings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"autoClaimEnabled"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]} as unknown as DocumentNode<SetAutoClaimEnabledMutation, SetAutoClaimEnabledMutationVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"roles"}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;