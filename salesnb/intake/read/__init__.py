"""Files → raw text tables that know the physical row of every row; nothing is interpreted here."""
