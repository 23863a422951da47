package route

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// SandboxName is the connection that every organization starts with; it answers without an account anywhere.
const SandboxName = "sandbox"

// Welcome furnishes a new organization, so that its first request works: the sandbox connection, and the aliases
// "smart" and "fast" that apps can keep asking for when real providers take the sandbox's place.
type Welcome struct {
	Connections *provider.Service
	Aliases     *Service
}

// Prepare runs inside the transaction that makes the organization; actor is its first admin.
func (w Welcome) Prepare(ctx context.Context, actor org.Actor, o org.Organization) error {
	if _, err := w.Connections.Create(ctx, actor, provider.Input{Name: SandboxName, Kind: provider.Sandbox}); err != nil {
		return fmt.Errorf("route: welcome %s: %w", o.ID, err)
	}
	for _, name := range []string{"smart", "fast"} {
		if _, err := w.Aliases.Create(ctx, actor, Input{Name: name, Targets: []string{SandboxName + "/sandbox-chat"}}); err != nil {
			return fmt.Errorf("route: welcome %s: %w", o.ID, err)
		}
	}
	return nil
}
