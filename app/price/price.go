// Package price is what things cost a tenant, and why: it prices recorded answers by the catalogue (the price command),
// keeps a tenant's own prices, which win over the catalogue, and refreshes the catalogue itself.
package price
