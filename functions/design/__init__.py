"""Requirements in, designs out, versions kept."""
