package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// listing are the kinds whose endpoint lists everything that it serves under the names it serves it by. Clouds do not:
// deployments and inference profiles have names of their own.
var listing = []Kind{OpenAI, Anthropic, Gemini, Compatible, Ollama}

// blameModels adds to a test that went well what the connection's own aliases ask for and its endpoint does not list: those
// requests fail although key, address and way are right.
func (s *Service) blameModels(ctx context.Context, check *Check, r ConnectionRecord, models []string) error {
	if !check.OK || len(models) == 0 || !slices.Contains(listing, r.Kind) {
		return nil
	}
	wanted, err := s.Aliases.Wanted(ctx, r.Org)
	if err != nil {
		return err
	}
	check.blameModels(wanted[r.ID], models)
	return nil
}

func (c *Check) blameModels(wanted map[string][]string, models []string) {
	var missing []string
	for _, m := range slices.Sorted(maps.Keys(wanted)) {
		if !slices.Contains(models, m) && !slices.Contains(models, m+":latest") { // as Ollama writes them
			missing = append(missing, fmt.Sprintf("%s (alias %s)", m, strings.Join(wanted[m], ", ")))
		}
	}
	if len(missing) > 0 {
		c.Blame = BlameModel
		c.Message += " Not among them: " + strings.Join(missing[:min(len(missing), 5)], "; ") + "."
	}
}
