-- Pages for people.

-- The last tasks of an agency that have ended, for its own list. A dispatch enters it when it ends, so a commit of new ones does not pay for it.
create index dispatch_agency_ended on dispatch (agency, id) where state not in ('notified', 'seen', 'accepted', 'en_route', 'on_scene');
