package catalog_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
)

func TestRegionsLieWhereTheyLie(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		region, of string
		want       bool
	}{
		{"eu", "eu", true}, {"eu-west-1", "eu", true}, {"eu-west-2", "eu", false}, {"eu-central-2", "eu", false}, {"europe-west4", "eu", true}, {"europe-west2", "eu", false},
		{"europe-west6", "eu", false}, {"westeurope", "eu", true}, {"uksouth", "eu", false}, {"de", "eu", true}, {"ch", "eu", false}, {"us-east-1", "us", true}, {"us", "us-east-1", false},
		{"usa", "us", false}, {"", "eu", false}, {"eu", "", false}, {"eu-frankfurt", "eu", true}, {"eu-west-2", "eu-west-2", true}, {"global", "eu", false},
	} {
		if got := catalog.Inside(x.region, x.of); got != x.want {
			t.Errorf("%q in %q: %v", x.region, x.of, got)
		}
	}
}
