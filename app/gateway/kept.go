package gateway

import "github.com/bodhi-gateway/bodhi/app/fault"

// unknownPrevious refuses to go on from an answer that no provider keeps for this key.
func unknownPrevious(id string) *fault.Error {
	f := fault.Newf(fault.NotFound, "previous_response_not_found", "Previous response with id '%s' not found.", clip(id))
	f.Field = "previous_response_id"
	return f
}
