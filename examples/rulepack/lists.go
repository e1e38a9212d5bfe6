package rulepack

// OfficeNetworks returns the networks of the offices and of the VPN. Lists are Go so that they can
// come from wherever the team keeps them.
func OfficeNetworks() []string {
	return []string{"198.51.100.0/24", "2001:db8:40::/48"}
}

// Pipelines returns the names of the roles that pipelines deploy with.
func Pipelines() []string { return []string{"deploy"} }
