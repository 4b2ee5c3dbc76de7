"""What a store can be asked, one module for each kind of question; :class:`whence.Store` has them all."""
