// THE table of passport photos: what an authority asks of the size, and of the
// head's height from the chin to the crown. A canvas of wasm/compose/style.h has
// the same name and is made of these numbers (a test compares them): the head
// at a quarter of the way from the least to the most, since what is measured
// includes the hair, and room to be enlarged by 9 % when the body ends too
// soon. Where an authority's own page could not be read, the one that quotes it
// is named (quoted). Authorities that give a share of 70 to 80 % have it here in mm.

/**
 * @typedef {object} Passport
 * @property {[width: number, height: number]} size mm
 * @property {[least: number, most: number]} head mm, chin to crown
 * @property {number} top mm above the crown
 * @property {string} source
 * @property {boolean} [quoted] the source is not the authority's own
 */

/** When the sources were read. */
export const read = '2026-11-27';

/** @type {Record<string, Passport>} by ISO 3166 code, lower case; '' is ICAO 9303's */
export const passports = {
  '': {
    size: [35, 45],
    head: [31.5, 36],
    top: 4,
    source: 'https://www.icao.int/publications/pages/publication.aspx?docnum=9303',
  },
  us: {
    size: [51, 51],
    head: [25, 35],
    top: 8,
    source: 'https://bg.usembassy.gov/visas/nonimmigrant-visas/photo-requirements/',
  },
  ca: {
    size: [50, 70],
    head: [31, 36],
    top: 13,
    source: 'https://www.theupsstore.ca/tag/passport',
    quoted: true,
  },
  mx: {
    size: [35, 45],
    head: [31.5, 36],
    top: 4,
    source: 'https://slidepub.com/slideshow/fotos-para-pasaporte-mexicano',
    quoted: true,
  },
  gb: {
    size: [35, 45],
    head: [29, 34],
    top: 5,
    source: 'http://visafoto.com/gb_passport',
    quoted: true,
  },
  ie: {
    size: [35, 45],
    head: [31.5, 36],
    top: 4,
    source: 'https://www.timpson.co.uk/services/passport-photos/international-passport-photo-sizes/ireland',
    quoted: true,
  },
  de: {
    size: [35, 45],
    head: [32, 36],
    top: 4,
    source: 'https://bangkok.diplo.de/th-de/service/02-PaesseAusweise/-/2448880',
  },
  at: {
    size: [35, 45],
    head: [30, 36],
    top: 5,
    source: 'https://presse.wien.gv.at/presse/2006/06/20/ma-62-beim-neuen-sicherheitspass-auf-das-foto-achten',
  },
  fr: {
    size: [35, 45],
    head: [32, 36],
    top: 4,
    source: 'https://passeport.ants.gouv.fr/Vos-demarches/Photographie-d-identite',
  },
  nl: {
    size: [35, 45],
    head: [26, 30],
    top: 6,
    source: 'https://www.pasfotomaken-amsterdam.nl/en/pasfoto-eisen-nederland/',
    quoted: true,
  },
  pl: {
    size: [35, 45],
    head: [31, 36],
    top: 4,
    source: 'https://kanton.msz.gov.pl/pl/informacje/paszporty/fotografia/fotografia',
  },
  fi: {
    size: [36, 47],
    head: [32, 36],
    top: 5,
    source: 'https://finlex.fi/fi/laki/alkup/2016/20161168',
  },
  tr: {
    size: [50, 60],
    head: [32, 36],
    top: 9,
    source: 'http://houston.bk.mfa.gov.tr/ShowAnnouncement.aspx?ID=119788',
  },
  za: {
    size: [35, 45],
    head: [31.5, 36],
    top: 4,
    source: 'https://www.hitpages.com/doc/4511782613811200/2/',
    quoted: true,
  },
  in: {
    size: [51, 51],
    head: [35.7, 40.8],
    top: 5,
    source: 'https://www.indianembassycopenhagen.gov.in/page/photo-specifications-for-passport/',
  },
  cn: {
    size: [33, 48],
    head: [28, 33],
    top: 4,
    source: 'https://backgroundremoval.passlens.com/blog/china-passport-photo-requirements-guide',
    quoted: true,
  },
  hk: {
    size: [40, 50],
    head: [32, 36],
    top: 6,
    source: 'https://passportphotosoftware.com/hong-kong-visa-and-passport-photo-specifications/',
    quoted: true,
  },
  tw: {
    size: [35, 45],
    head: [32, 36],
    top: 4,
    source: 'https://www.boca.gov.tw/cp-140-467-29b1d-2.html',
  },
  jp: {
    size: [35, 45],
    head: [32, 36],
    top: 4,
    source: 'http://fukuoka-passport.com/photo/',
  },
  kr: {
    size: [35, 45],
    head: [32, 36],
    top: 4,
    source: 'https://secret-society.tistory.com/285',
    quoted: true,
  },
  sg: {
    size: [35, 45],
    head: [31.5, 36],
    top: 4,
    source: 'https://www.ica.gov.sg/common/passport-photo-guidelines',
  },
  my: {
    size: [35, 50],
    head: [25, 30],
    top: 7,
    source: 'http://www.imi.gov.my/index.php/en/main-services/pasport/malaysian-international-passport',
  },
  au: {
    size: [35, 45],
    head: [32, 36],
    top: 4,
    source: 'http://usa.embassy.gov.au/whwh/PassportphotosPassportphotos.html',
  },
  nz: {
    size: [35, 45],
    head: [32, 36],
    top: 4,
    source: 'https://www.visasforfuture.com/new-zealand-passport-photo-guidelines/',
    quoted: true,
  },
};

/** Of a canvas' name: its row, where it is a passport's. @param {string} name @returns {Passport | undefined} */
export const passportOf = (name) => {
  const code = /^passport(?:-(\w\w))?$/.exec(name);
  return code ? passports[code[1] ?? ''] : undefined;
};
