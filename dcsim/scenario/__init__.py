"""What was asked: the scenario, its checks, and the rates both the plan and the ledger use."""
