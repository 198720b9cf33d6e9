select ledger.register_kind(47::smallint, 'deposit-suspend'),
  ledger.register_kind(48::smallint, 'deposit-release'),
  ledger.register_kind(49::smallint, 'suspense-reorg'),
  ledger.register_kind(50::smallint, 'suspense-restore'),
  ledger.register_kind(51::smallint, 'funding'),
  ledger.register_kind(52::smallint, 'funding-reorg'),
  ledger.register_kind(53::smallint, 'funding-restore');
