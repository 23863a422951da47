package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// aliasNames are an organization's aliases, for forms that suggest them.
func (a *App) aliasNames(ctx context.Context, actor org.Actor) ([]string, error) {
	all, err := a.aliasing.List(ctx, actor)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = one.Name
	}
	return out, nil
}
