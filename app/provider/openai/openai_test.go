package openai_test

import (
	"testing"

	dialect "github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/openai"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
)

func TestConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Suite{
		Adapter:    openai.New(),
		Connection: provider.Connection{Kind: provider.OpenAI},
		Dialect:    dialect.Dialect{},
		Dir:        "testdata",
	})
}
