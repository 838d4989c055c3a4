// The citizen's form works without this. Where there is a telephone that knows its place, it may say it.
const place = document.getElementById("locate");
const said = document.getElementById("locate-said");
const field = (name) => document.getElementById(name);

function tell(how) {
	said.textContent = said.dataset[how];
}

function locate() {
	tell("busy");
	navigator.geolocation.getCurrentPosition(
		({ coords }) => {
			field("lat").value = coords.latitude.toFixed(6);
			field("lon").value = coords.longitude.toFixed(6);
			tell("done");
		},
		() => tell("failed"),
		{ enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
	);
}

if (place !== null && navigator.geolocation !== undefined && window.isSecureContext) {
	place.hidden = false;
	field("locate-button").addEventListener("click", locate);
	if (field("lat").value !== "") tell("done");
}
