package provider_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

func TestTheGroundOfARefusalIsReadFromItsCodeOrItsWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		problem llm.Problem
		want    provider.Ground
	}{
		"OpenAI's code":                     {llm.Problem{Code: "context_length_exceeded", Type: "invalid_request_error"}, provider.TooLong},
		"a server that only says so":        {llm.Problem{Message: "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.", Type: "BadRequestError", Code: "400"}, provider.TooLong},
		"Anthropic":                         {llm.Problem{Message: "prompt is too long: 213000 tokens > 200000 maximum", Type: "invalid_request_error"}, provider.TooLong},
		"Anthropic, by bytes":               {llm.Problem{Message: "Request exceeds the maximum size", Type: "request_too_large"}, provider.TooLong},
		"Google":                            {llm.Problem{Message: "The input token count (1048600) exceeds the maximum number of tokens allowed (1048576).", Code: "INVALID_ARGUMENT"}, provider.TooLong},
		"Bedrock":                           {llm.Problem{Message: "Input is too long for requested model.", Type: "ValidationException"}, provider.TooLong},
		"llama.cpp":                         {llm.Problem{Message: "the request exceeds the available context size", Type: "exceed_context_size_error", Code: "400"}, provider.TooLong},
		"Azure's filter":                    {llm.Problem{Message: "The response was filtered", Code: "content_filter"}, provider.Content},
		"OpenAI's pictures":                 {llm.Problem{Message: "Your request was rejected as a result of our safety system.", Code: "moderation_blocked"}, provider.Content},
		"Anthropic's filter":                {llm.Problem{Message: "Output blocked by content filtering policy", Type: "invalid_request_error"}, provider.Content},
		"xAI":                               {llm.Problem{Message: "Content violates usage guidelines."}, provider.Content},
		"a wrong parameter":                 {llm.Problem{Message: "temperature must be at most 2", Type: "invalid_request_error", Param: "temperature"}, provider.NoGround},
		"a cap that is larger than allowed": {llm.Problem{Message: "max_tokens is too large: 100000. This model supports at most 16384 completion tokens", Param: "max_tokens"}, provider.NoGround},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &provider.Failure{Class: provider.Refused, Status: 400, Problem: &c.problem}
			if got := f.Ground(); got != c.want {
				t.Errorf("ground %d, want %d", got, c.want)
			}
			if f.Class = provider.ServerError; f.Ground() != provider.NoGround {
				t.Error("what is no refusal has no ground")
			}
		})
	}
}
