package licensing

import (
	"errors"
	"fmt"
	"strings"
)

// Code says why a rule refused a request. Clients depend on codes, so they are never reused or renamed.
type Code string

// The codes of all refusals.
const (
	CodeNotFound              Code = "NOT_FOUND"
	CodeConflict              Code = "CONFLICT"
	CodeInvalidInput          Code = "INVALID_INPUT"
	CodeAutoClaimOff          Code = "AUTO_CLAIM_OFF"
	CodeNameRequired          Code = "NAME_REQUIRED"
	CodeNameTooLong           Code = "NAME_TOO_LONG"
	CodeNameTaken             Code = "NAME_TAKEN"
	CodeAppAmbiguous          Code = "APP_AMBIGUOUS"
	CodeAppNotClaimable       Code = "APP_NOT_CLAIMABLE"
	CodeAppHasPolicy          Code = "APP_HAS_POLICY"
	CodeAppNotInProduct       Code = "APP_NOT_IN_PRODUCT"
	CodePolicyAppRequired     Code = "POLICY_APP_REQUIRED"
	CodeProductLacksApp       Code = "PRODUCT_LACKS_APP"
	CodeProductNotOwned       Code = "PRODUCT_NOT_OWNED"
	CodeProductDuplicate      Code = "PRODUCT_DUPLICATE"
	CodeProductNotInPolicy    Code = "PRODUCT_NOT_IN_POLICY"
	CodeProductsRequired      Code = "PRODUCTS_REQUIRED"
	CodeTooManyProducts       Code = "TOO_MANY_PRODUCTS"
	CodeLastProduct           Code = "LAST_PRODUCT"
	CodeOrderIncomplete       Code = "ORDER_INCOMPLETE"
	CodeCannotMove            Code = "CANNOT_MOVE"
	CodeQuantityOutOfRange    Code = "QUANTITY_OUT_OF_RANGE"
	CodeQuantityBelowAssigned Code = "QUANTITY_BELOW_ASSIGNED"
	CodeAlreadyLicensed       Code = "ALREADY_LICENSED"
	CodeAlreadyRemoved        Code = "ALREADY_REMOVED"
	CodeOutOfLicenses         Code = "OUT_OF_LICENSES"
	CodeExternalIDTaken       Code = "EXTERNAL_ID_TAKEN"
	CodeUsersWouldMerge       Code = "USERS_WOULD_MERGE"
	CodeNotReady              Code = "NOT_READY"
)

// Refusal is the error of a rule that refuses a request. Nothing was changed, and the caller can correct the request.
type Refusal struct {
	Code Code
	// Message tells an admin what is wrong and what to do about it.
	Message string
	// Path leads to the input field at fault, outermost field first. Positions in lists are decimal numbers.
	Path []string
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

// Refuse makes a refusal. The path is written with dots: "products.1.productId".
func Refuse(code Code, path, format string, args ...any) *Refusal {
	var elements []string
	if path != "" {
		elements = strings.Split(path, ".")
	}

	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...), Path: elements}
}

// NotFound refuses a reference to an object that the tenant does not have. An object of another tenant gets the same
// message, so that the message does not reveal it.
func NotFound(path string, kind Kind) *Refusal {
	return Refuse(CodeNotFound, path, "This %s does not exist. Reload the list and choose another.", kind)
}

// ErrNotFound says that the tenant has no such object. An object of another tenant gets the same error.
var ErrNotFound = errors.New("not found")

// IsNotFound says whether an error means that the tenant has no such object.
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// AsRefusal returns the refusal in err's chain, if there is one.
func AsRefusal(err error) (*Refusal, bool) {
	return errors.AsType[*Refusal](err)
}
