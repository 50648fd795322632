"""What goes over the wire, a file a subject. The page's side of it is `frontend/types/wire.d.ts`."""
